//! Two questions with their answers, which every prompt begins with: small models follow an example more surely than a rule.
//!
//! What must stay true: the questions have the form that real ones have (a test compares), and the answers run.

use crate::clients::{Message, Role};

/// The question of each example, and its answer.
const EXAMPLES: [(&str, &str); 2] = [
    (
        "Missing method: longerSide\nWrite: longerSide = ( … )\nReceiver (self): rectangle. The method becomes a slot of: rectangle\nSent by the script:\n<data>\n((rectangle copy width: 3) height: 4) longerSide printLine\n</data>\nSlots of rectangle:\n<data>\nparent* = …\nwidth <- …\nheight <- …\n</data>\n",
        r#"{"a_plan": "The longer side is the greater of the two lengths, whatever their signs.", "b_source": "longerSide = ( width abs max: height abs )"}"#,
    ),
    (
        "Missing method: countAbove:\nWrite: countAbove: a = ( … )\nReceiver (self): a vector. The method becomes a slot of: traits vector\nArgument a: an integer\nSent by the script:\n<data>\n({ 3. 8. 5 } countAbove: 4) printLine\n</data>\n",
        r#"{"a_plan": "Go through the elements and count those that are greater than a.", "b_source": "countAbove: a = ( | count <- 0 | do: [ | :e | e > a ifTrue: [ count: count + 1 ] ]. count )"}"#,
    ),
];

/// The examples as turns of the conversation.
pub(super) fn turns() -> Vec<Message> {
    let turn = |role, text: &str| Message { role, text: text.to_string() };
    EXAMPLES.iter().flat_map(|(question, answer)| [turn(Role::User, question), turn(Role::Assistant, answer)]).collect()
}
