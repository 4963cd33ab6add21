//! Objects in the nursery, without the machine: what both tiers do for it.

use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use crate::emit::{Emit, TAG};

/// Larger objects are the machine's to make.
pub(crate) const MOST_WORDS: usize = 24;

impl Emit<'_> {
    /// A new object of so many bytes in the nursery, whose words are still to be set; control goes to `full` where there is no room.
    pub(crate) fn in_nursery(&mut self, header: u64, bytes: Value, full: Block) -> Value {
        let room = self.b.create_block();
        let top = self.b.ins().load(I64, self.mem.machine, self.vm, self.abi.nursery_top);
        let end = self.b.ins().load(I64, self.mem.machine, self.vm, self.abi.nursery_end);
        let next = self.b.ins().iadd(top, bytes);
        let over = self.b.ins().icmp(IntCC::UnsignedGreaterThan, next, end);
        self.b.ins().brif(over, full, &[], room, &[]);
        self.b.switch_to_block(room);
        self.b.ins().store(self.mem.machine, next, self.vm, self.abi.nursery_top);
        let head = self.word(header);
        self.b.ins().store(self.mem.heap, head, top, 0);
        self.b.ins().iadd_imm_s(top, i64::from(TAG))
    }

    /// The words of a new object, in order from the one behind its header.
    pub(crate) fn fill(&mut self, object: Value, words: &[Value]) {
        for (k, v) in words.iter().enumerate() {
            self.b.ins().store(self.mem.heap, *v, object, ((k + layout::SLOTS) * 8) as i32 - TAG);
        }
    }
}
