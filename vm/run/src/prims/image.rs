//! What can be asked of the image without stopping anything. Commits are control primitives, since they collect.

use aura_heap::Value;

use crate::prim::Prim;

pub(super) const PRIMS: &[Prim] =
    &[Prim::leaf("_ImageHead", 0, |vm, _| Ok(vm.image_head().map_or(vm.nil(), |n| Value::int(n as i64))))];
