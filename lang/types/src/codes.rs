//! The codes of the checker's diagnostics, each with its explanation.
//!
//! What must stay true: a code never changes its meaning and is never given away again; `E0301` to `E0399` belong to this crate.

aura_syntax::diagnostic_codes! {
    NOT_UNDERSTOOD = "E0301", "nothing understands this message":
        "The receiver's type is known, and nothing in it or above it has a slot for this message. When the program comes here, the machine stops and asks ALFRED for a method, or signals doesNotUnderstand. If the message is meant to be answered by whoever inherits this object, say so in a slot: `foo = ( childMustImplement: 'foo' )`. Strict checking also asks, for each object from which nothing in its file inherits, whether it understands all that its inherited methods send to `self`.";
    PARTLY_UNDERSTOOD = "E0302", "not every possible receiver understands this message":
        "The receiver may be one of several things, and at least one of them has no slot for this message. Most often that one is nil: test for it first (`x isNil ifTrue: [ … ]`, `x ifNotNil: [|:v| … ]`), or leave the method early. A parent that can be assigned to counts as all that its type says (`state* <closed | open>`): what only some of those understand is not always understood. Define it in all of them, or in the object itself.";
    BAD_ARGUMENT = "E0303", "argument of the wrong type":
        "The slot that this message finds takes something else at this place. Types are interfaces: an argument fits if it understands all that the written type understands, with fitting arguments and answers.";
    BAD_RESULT = "E0304", "answer of the wrong type":
        "The method's header says what it answers (`foo ^ <int> = ( … )`), and here it answers something else. Without `^` a method answers its last expression; without any expression, nil.";
    BAD_INITIAL = "E0305", "first value of the wrong type":
        "The slot's written type says what it holds, and its first value is something else. A slot that is empty at first holds nil; if that is meant, write it: `x <point | nil>`.";
    BAD_ASSIGNMENT = "E0306", "assignment of the wrong type":
        "The written type of the local says what it holds, and this is something else.";
    UNKNOWN_TYPE = "E0307", "no prototype of this name":
        "A type is named by its prototype: an object in a constant slot of the file, of an imported module under its name, of the lobby, or of traits. Names with a capital letter are type variables; `any`, `never`, `self`, `nil`, `int` and `bool` are always there.";
    BAD_APPLICATION = "E0308", "this prototype has no such parameter":
        "`<list of: int>` gives the parameter `of:` of the generic prototype list. A prototype declares its parameters where it gets its name: `stack <stack of: E> = (| … |)`, and inherits those of its parents.";
    NOT_ASSIGNABLE = "E0309", "this cannot be assigned to":
        "Slots written with `=`, arguments, and locals written with `=` keep what they hold. Write `<-` where it is declared if it is to change.";
    TOO_FEW_ARGUMENTS = "E0310", "block with too few arguments":
        "A block is given fewer arguments than it takes. (More are fine: those that it does not declare are ignored.)";
    AMBIGUOUS = "E0311", "two parents have different slots for this message":
        "The object has no slot of this name itself, and finds different ones through different parents. The machine does not choose: it signals an error. Define the slot in the object, and send `parentName.message` to the one you mean. An object that has no name is called by its first slots.";
    NO_RESEND = "E0312", "nothing above has this message":
        "A resend looks for the message above the object that holds the running method. There is no such slot in its parents.";
    NOT_A_CONDITION = "E0313", "this is not true or false":
        "The block of a loop, and the receiver of `ifTrue:`, answer true or false. Nothing else counts as either.";
    UNTYPED = "E0314", "argument without a type":
        "In strict checking nothing may be unknown: every argument of a method has a type, written or given by the place of its block.";
    UNKNOWN_RECEIVER = "E0315", "message to something unknown":
        "In strict checking nothing may be unknown. Nothing is known about the receiver of this message, so nobody can say whether it is understood. Give the slot, argument or answer that it comes from a type.";
    UNSET = "E0316", "local that may be empty":
        "In strict checking a local must have been assigned to on every way to the place where it is read. An empty local holds nil, which is in no other type.";
    EFFECT = "E0317", "effect that was not declared":
        "The annotation `{ 'effects: …' … }` around the slot says what the method may do, and it may do more than that. The note tells by which way. `{ 'effects: none' … }` is for methods that only compute. In strict checking it also holds for methods that replace this one in objects below.";
    UNKNOWN_EFFECT = "E0318", "no effect of this name":
        "After `effects:` stand, with commas between: none, allocates, changes self, changes others, may not return, reflection, or the capabilities files, network, clock, random, environment, processes, console, input, image, alfred, system.";
    TOO_HARD = "E0319", "too much to find out":
        "Inference has bounds, so that it never keeps you waiting. What lies beyond them is `any`: nothing is reported about it. Write a type at the places that matter.";
    BAD_OVERRIDE = "E0320", "slot that does not fit the one it replaces":
        "Where the parent's slot is expected the object's own is found, so it must take what that one takes and answer what that one answers. In strict checking this is held against every inherited slot; what nobody has written is held to what is found out about it.";
    BAD_BOUND = "E0321", "this does not fit the variable's bound":
        "A variable written `<T: comparable>` stands only for what understands all that `comparable` does.";
    HOLE = "E0322", "method that does not fit the place it is for":
        "The message was sent with these arguments, and its answer is used in this way. A method for it must take the one and give the other.";
    NO_FILE = "E0323", "no file to import":
        "The path behind `import:` is that of a file, from the folder of the file that it stands in, and there is no such file. When the program comes here, it stops with an error. (A path that is put together while the program runs is not looked at.)";
    PROTOTYPE = "E0324", "change of a prototype of the library":
        "The name of a prototype means the prototype itself, which all copies begin with, the library's own as well. What is to be filled is a copy: `list copy add: 3`.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_without_gaps() {
        for (i, code) in ALL.iter().enumerate() {
            assert_eq!(code.name, format!("E{:04}", 301 + i));
            assert!(code.explanation.len() > 40);
        }
    }
}
