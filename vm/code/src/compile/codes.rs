//! The codes of what the compiler finds wrong, each with its explanation.
//!
//! What must stay true: `E0100` to `E0199` belong to this crate, and a code never changes its meaning.

aura_syntax::diagnostic_codes! {
    UNREADABLE = "E0100", "code that could not be read":
        "The parser found a mistake here and went on as well as it could; there is nothing to compile. Repair what the other messages say.";
    DUPLICATE = "E0101", "two slots of one name":
        "An object, a method or a block can have only one slot of a name. An assignable slot `x` has the assignment slot `x:` beside it, so a method `x: v` cannot stand with it.";
    TOO_MANY = "E0102", "too much for one method":
        "A method's code is limited: about 65,000 messages, values at the same time, or blocks, and 250 arguments. Divide it into several methods, or put data in a file and read it.";
    ARGUMENT_COUNT = "E0103", "number of arguments":
        "A method's selector says how many arguments it takes: none for a name, one for an operator, one for each keyword. Arguments stand either in the header (`at: i Put: v = ( … )`) or all as slots (`at:Put: = (| :i. :v | … )`).";
    MISPLACED_ARGUMENT = "E0104", "argument slot where nothing can be passed":
        "Slots written `:x` are arguments of a method or a block. An object, a file and a parenthesised expression take none; write `x` or `x <- value`.";
    MISPLACED_PARENT = "E0105", "parent slot in code":
        "A parent slot (`name*`) says where an object's lookup goes on. A method or block is looked up in through its receiver; give the object the parent instead.";
    NOT_A_METHOD = "E0106", "operator or keyword slot without a method":
        "A slot whose name is an operator or has keywords is called with arguments, so it must hold a method: `+ a = ( … )`.";
    PROTECT_TARGET = "E0107", "bad target of `_Protect:`":
        "`_Protect: name` stores where an unwinding wants to go in the local `name`; that must be an assignable local of the same method that no block uses.";
    BAD_NUMBER = "E0108", "unreadable literal":
        "The literal is not well-formed.";
    NO_METHOD = "E0109", "return in a block outside methods":
        "`^ e` in a block answers e from the method that the block stands in. At the top level of a file there is none: put the code into a method, or end the program with `process exit: 0`.";
}
