//! Functions of the machine that compiled code calls where it is rarely led, and that leave every register as it was.
//!
//! Compiled code keeps what it needs in registers. A call that may change them costs something even where it is not reached: what is needed after it is put
//! into memory, often long before. So what only happens now and then (an object made where the nursery is full, a store that the barrier must hear of, a double
//! that is no immediate) is called through these, which save all registers. Cranelift calls this convention `PreserveAll`; it has no answers, so
//! the answer is in `Hot::answer`.
#![allow(unsafe_code)]

use std::mem::offset_of;

use crate::vm::{Hot, Vm};

/// The function that calls `$helper` and changes no register.
#[cfg(all(target_arch = "x86_64", not(miri)))]
macro_rules! aside {
    ($name:ident, $helper:path) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            core::arch::naked_asm!("push rax", "lea rax, [rip + {helper}]", "jmp {all}", helper = sym $helper, all = sym all)
        }
    };
}

/// Calls the function in `rax`, whose own value was pushed. The arguments are where functions of C take them; the first is the machine. Flags need not be kept.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[unsafe(naked)]
unsafe extern "C" fn all() {
    core::arch::naked_asm!(
        "push rcx",
        "push rdx",
        "push rsi",
        "push rdi",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "sub rsp, 256",
        "movups [rsp + 0], xmm0",
        "movups [rsp + 16], xmm1",
        "movups [rsp + 32], xmm2",
        "movups [rsp + 48], xmm3",
        "movups [rsp + 64], xmm4",
        "movups [rsp + 80], xmm5",
        "movups [rsp + 96], xmm6",
        "movups [rsp + 112], xmm7",
        "movups [rsp + 128], xmm8",
        "movups [rsp + 144], xmm9",
        "movups [rsp + 160], xmm10",
        "movups [rsp + 176], xmm11",
        "movups [rsp + 192], xmm12",
        "movups [rsp + 208], xmm13",
        "movups [rsp + 224], xmm14",
        "movups [rsp + 240], xmm15",
        "call rax",
        "movups xmm0, [rsp + 0]",
        "movups xmm1, [rsp + 16]",
        "movups xmm2, [rsp + 32]",
        "movups xmm3, [rsp + 48]",
        "movups xmm4, [rsp + 64]",
        "movups xmm5, [rsp + 80]",
        "movups xmm6, [rsp + 96]",
        "movups xmm7, [rsp + 112]",
        "movups xmm8, [rsp + 128]",
        "movups xmm9, [rsp + 144]",
        "movups xmm10, [rsp + 160]",
        "movups xmm11, [rsp + 176]",
        "movups xmm12, [rsp + 192]",
        "movups xmm13, [rsp + 208]",
        "movups xmm14, [rsp + 224]",
        "movups xmm15, [rsp + 240]",
        "add rsp, 256",
        "pop r11",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rdi",
        "pop rsi",
        "pop rdx",
        "pop rcx",
        "mov [rdi + {answer}], rax",
        "pop rax",
        "ret",
        answer = const ANSWER,
    )
}

/// Nothing is compiled here.
#[cfg(any(not(target_arch = "x86_64"), miri))]
macro_rules! aside {
    ($name:ident, $helper:path) => {
        pub(super) unsafe extern "C" fn $name() {
            let _ = $helper;
        }
    };
}

/// Where the answer is, from the machine's address.
pub(super) const ANSWER: usize = offset_of!(Vm, hot) + offset_of!(Hot, answer);

aside!(double, super::helpers::double);
aside!(allocate, super::helpers::allocate);
aside!(pressed, super::helpers::pressed);
aside!(compare, super::helpers::compare);
aside!(set_box, super::helpers::set_box);
aside!(set_word, super::helpers::set_word);
aside!(at_put, super::helpers::at_put);
