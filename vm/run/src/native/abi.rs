//! Where the machine keeps what compiled code looks at.

use std::mem::offset_of;

use aura_jit::{Abi, EntryAbi, EntryKinds, FrameAbi, Helpers, LinkedAbi, Maps, Special};

use super::{aside, helpers as h};
use crate::linked::{Entry, EntryKind, Ic, Linked};
use crate::process::{Frame, flag};
use crate::vm::{Hot, Vm};

const _: () = assert!(offset_of!(Frame, base) == offset_of!(Frame, pc) + 4);
const _: () = assert!(offset_of!(Frame, flags) == offset_of!(Frame, ret) + 4);

fn hot(field: usize) -> i32 {
    (offset_of!(Vm, hot) + field) as i32
}

pub(super) fn abi(vm: &Vm) -> Abi {
    let first = offset_of!(Ic, first);
    Abi {
        budget: hot(offset_of!(Hot, budget)),
        last_frame: hot(offset_of!(Hot, last_frame)),
        stack_end: hot(offset_of!(Hot, stack_end)),
        floor: hot(offset_of!(Hot, floor)),
        charged: offset_of!(Vm, charged) as i32,
        wants_collection: (offset_of!(Vm, heap) + offset_of!(aura_heap::Heap, wants_collection)) as i32,
        saved: hot(offset_of!(Hot, saved)),
        answer: aside::ANSWER as i32,
        nursery_top: (offset_of!(Vm, heap) + aura_heap::Heap::TOP) as i32,
        nursery_end: (offset_of!(Vm, heap) + aura_heap::Heap::END) as i32,
        characters: vm.heap.ascii_characters().as_ptr() as u64,
        shaken: vm.native.is_shaken().then_some(hot(offset_of!(Hot, shaken))),
        frame: FrameAbi {
            size: size_of::<Frame>() as i32,
            code: offset_of!(Frame, code) as i32,
            pc: offset_of!(Frame, pc) as i32,
            base: offset_of!(Frame, base) as i32,
            ret: offset_of!(Frame, ret) as i32,
            flags: offset_of!(Frame, flags) as i32,
            serial: offset_of!(Frame, serial) as i32,
            called: flag::CALLED,
        },
        entry: EntryAbi {
            map: (first + offset_of!(Entry, map)) as i32,
            kind: (first + offset_of!(Entry, kind)) as i32,
            word: (first + offset_of!(Entry, word)) as i32,
            target: (first + offset_of!(Entry, target)) as i32,
        },
        kinds: EntryKinds {
            method: EntryKind::Method as u8,
            constant: EntryKind::Constant as u8,
            data: EntryKind::Data as u8,
            assign: EntryKind::Assign as u8,
            block: EntryKind::Block as u8,
        },
        linked: LinkedAbi { native: offset_of!(Linked, native) as i32, argc: offset_of!(Linked, argc) as i32 },
        special: Special { nil: vm.specials.nil.bits(), true_: vm.specials.true_.bits(), false_: vm.specials.false_.bits() },
        maps: maps(&vm.heap.kind_maps),
        helpers: helpers(),
    }
}

fn maps(m: &aura_heap::KindMaps) -> Maps {
    Maps { int: m.int, float: m.float, vector: m.vector, string: m.string, block: m.block, boxed: m.boxed }
}

fn helpers() -> Helpers {
    Helpers {
        enter: h::enter as *const () as usize,
        poll: h::poll as *const () as usize,
        leave: h::leave as *const () as usize,
        find: h::find as *const () as usize,
        send: h::send as *const () as usize,
        prim: h::prim as *const () as usize,
        arith: h::arith as *const () as usize,
        compare: aside::compare as *const () as usize,
        inlined_send: h::inlined_send as *const () as usize,
        new_box: h::new_box as *const () as usize,
        closure: h::closure as *const () as usize,
        new_object: h::new_object as *const () as usize,
        new_vector: h::new_vector as *const () as usize,
        join: h::join as *const () as usize,
        home: h::home as *const () as usize,
        set_box: aside::set_box as *const () as usize,
        at_put: aside::at_put as *const () as usize,
        set_word: aside::set_word as *const () as usize,
        room: h::room as *const () as usize,
        exit: super::exit::exit as *const () as usize,
        double: aside::double as *const () as usize,
        allocate: aside::allocate as *const () as usize,
        calm: h::calm as *const () as usize,
        pressed: aside::pressed as *const () as usize,
        up_get: h::up_get as *const () as usize,
        up_set: h::up_set as *const () as usize,
    }
}
