//! JSON: parsing, and quoting text.
//!
//! A primitive cannot make the library's dictionaries. So an object is answered as a vector `true, key, value, …`, an array as a vector
//! `false, element, …`, and the library makes of them what it promises.

use aura_heap::Value;
use serde_json::Value as Json;

use super::{Answer, owned, text, vector};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_JSONParse", 0, parse),
    Prim::leaf("_JSONQuoted", 0, |vm, a| {
        let len = text(vm, a[0])?.len();
        vm.heap.check_room(len.saturating_mul(2))?;
        vm.afford(len as u64 / 128)?;
        let s = Json::from(text(vm, a[0])?).to_string();
        vm.string(&s)
    }),
];

fn parse(vm: &mut Vm, a: &[Value]) -> Answer {
    let s = owned(vm, a[0])?;
    vm.afford(s.len() as u64 / 16)?;
    // A value of a few characters may take some dozen bytes.
    vm.heap.check_room(s.len().saturating_mul(16))?;
    let json = serde_json::from_str(&s).map_err(|e| Fail::with("badTypeError", e.to_string()))?;
    build(vm, &json)
}

fn build(vm: &mut Vm, json: &Json) -> Answer {
    Ok(match json {
        Json::Null => vm.nil(),
        Json::Bool(b) => vm.boolean(*b),
        Json::String(s) => vm.string(s)?,
        Json::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(i), _) => super::integer(vm, i.into())?,
            (None, Some(u)) => super::integer(vm, u.into())?,
            _ => vm.heap.float(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::Array(all) => {
            let mut values = vec![vm.boolean(false)];
            for e in all {
                values.push(build(vm, e)?);
            }
            vector(vm, &values)?
        }
        Json::Object(all) => {
            let mut values = vec![vm.boolean(true)];
            for (k, e) in all {
                values.push(vm.string(k)?);
                values.push(build(vm, e)?);
            }
            vector(vm, &values)?
        }
    })
}
