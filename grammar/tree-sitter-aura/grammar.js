// The syntax of Aura for editors. The norm is ../aura.ebnf; this grammar takes a little more than the norm does (any operators in a chain, `^` in
// any code), so that an editor goes on where a program is not quite right. `tests/src/editors.rs` holds the two together.
//
// What a line end means depends on where it stands, and so does what a period does between two names: the scanner tells (src/scanner.c).

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const OPERATOR = /[!#$%&*+,\-\/;<=>?@\\~]|[!#$%&*+,\-\/;<=>?@\\^|~][!#$%&*+,\-\/;<=>?@\\^|~]+/;

module.exports = grammar({
  name: "aura",

  word: ($) => $.identifier,

  extras: ($) => [/[ \t\f\v\r\n]/, /\\\r?\n/, $.comment],

  externals: ($) => [$._line_end, $._dot],

  rules: {
    source_file: ($) => seq(optional($.shebang), optional($.module), repeat($._statement)),

    module: ($) => seq($.slot_list, optional("."), $._line_end),

    _statement: ($) => seq($._expression, choice(".", $._line_end)),

    // ---- Expressions ----

    _expression: ($) => choice($.keyword_message, $.binary_message, $.unary_message, $._primary),

    keyword_message: ($) =>
      prec.right(
        seq(
          optional(choice(field("receiver", $._keyword_receiver), $._resend)),
          field("selector", $.keyword),
          field("argument", $._expression),
          repeat(seq(field("selector", $.capital_keyword), field("argument", $._expression))),
        ),
      ),

    // What a keyword follows is its receiver, also behind another keyword.
    _keyword_receiver: ($) => prec(1, choice($.binary_message, $.unary_message, $._primary)),

    binary_message: ($) =>
      prec.left(
        1,
        seq(
          optional(choice(field("receiver", choice($.binary_message, $._operand)), $._resend)),
          field("selector", $.operator),
          field("argument", choice($._operand, alias($._implicit_keyword_message, $.keyword_message))),
        ),
      ),

    _implicit_keyword_message: ($) =>
      prec.right(
        seq(
          field("selector", $.keyword),
          field("argument", $._expression),
          repeat(seq(field("selector", $.capital_keyword), field("argument", $._expression))),
        ),
      ),

    _operand: ($) => prec(1, choice($.unary_message, $._primary)),

    unary_message: ($) =>
      prec.left(
        2,
        choice(
          seq(field("receiver", choice($.unary_message, $._primary)), field("selector", $.identifier)),
          seq($._resend, field("selector", $.identifier)),
        ),
      ),

    _resend: ($) => seq(field("parent", choice($.resend, $.identifier)), $._dot),
    resend: () => "resend",

    _primary: ($) =>
      choice(
        $.identifier,
        $.self,
        $.integer,
        $.float,
        $.string,
        $.template,
        $.block,
        $.group,
        $.object,
        $.vector,
        $.annotated,
      ),

    self: () => "self",

    group: ($) => seq("(", optional($.slot_list), $._code, ")"),
    object: ($) => seq("(", optional($.slot_list), ")"),
    block: ($) => seq("[", optional($.slot_list), optional($._code), "]"),
    vector: ($) => seq("{", optional($._code), "}"),
    annotated: ($) => seq("{", field("annotation", $.string), choice($.object, $.block), "}"),

    _code: ($) => seq($._code_statement, repeat(seq(".", $._code_statement)), optional(".")),
    _code_statement: ($) => choice($._expression, $.return),
    return: ($) => seq("^", $._expression),

    template: ($) => seq("`", repeat(choice($.template_text, $.hole)), token.immediate("`")),
    template_text: () =>
      token.immediate(prec(1, /([^`{\\]|\\[tnrbfva0\\'"?`{}]|\\x[0-9A-Fa-f]{2}|\\\r?\n)+/)),
    hole: ($) => seq(token.immediate("{"), $._expression, "}"),

    // ---- Slots ----

    slot_list: ($) =>
      seq(
        "|",
        repeat(choice(seq($._slot, "."), seq($.annotation, optional(".")))),
        optional($._slot),
        "|",
      ),

    _slot: ($) => choice($.argument, $.slot, $.method_slot),

    annotation: ($) =>
      choice(
        seq("{", field("annotation", $.string), repeat(choice(seq($._slot, "."), seq($.annotation, optional(".")))), optional($._slot), "}"),
        seq("{", "}", "=", field("annotation", $.string)),
      ),

    argument: ($) => seq(field("name", $.argument_name), optional($.type)),

    slot: ($) =>
      seq(
        field("name", $.identifier),
        field("parent", optional($.parent_mark)),
        optional($.type),
        optional(choice(seq("=", field("value", $._expression)), seq($.assignable, field("value", $._expression)))),
      ),

    parent_mark: () => "*",
    assignable: () => "<-",

    method_slot: ($) =>
      choice(
        prec(1, seq(field("name", $.identifier), optional($.type), optional($.result), "=", field("body", $.method))),
        // In a type that is written out nothing stands behind the answer.
        seq(field("name", $.identifier), $.result),
        seq(
          choice(
            seq(field("name", $.operator), optional($.parameter)),
            seq(field("name", $.keyword), optional($.parameter), repeat(seq(field("name", $.capital_keyword), optional($.parameter)))),
          ),
          optional($.result),
          optional(seq("=", field("body", $.method))),
        ),
      ),

    parameter: ($) => seq(field("name", $.identifier), optional($.type)),

    // A group is a method where it is all of a slot's value, which only what follows it tells.
    method: ($) => prec(1, seq("(", optional($.slot_list), $._code, ")")),

    result: ($) => seq("^", $.type),

    // ---- Types ----

    type: ($) => seq("<", $._type, ">"),

    _type: ($) => choice($.union_type, $._single_type),

    union_type: ($) => seq($._single_type, repeat1(seq("|", $._single_type))),

    _single_type: ($) => choice($.applied_type, $.bound_type, $._type_atom),

    applied_type: ($) =>
      seq($._type_atom, field("parameter", $.keyword), $._type_atom, repeat(seq(field("parameter", $.capital_keyword), $._type_atom))),

    bound_type: ($) => seq(field("variable", $.capital_keyword), $._type_atom),

    _type_atom: ($) =>
      choice(
        alias($.identifier, $.type_identifier),
        $.type_variable,
        $.self,
        $.block_type,
        $.object_type,
        seq("(", $._type, ")"),
      ),

    block_type: ($) => seq("[", optional(seq($._type, repeat(seq(",", $._type)))), optional(seq("^", $._type)), "]"),

    object_type: ($) => seq("(", $.slot_list, ")"),

    // ---- Tokens, as in the norm ----

    shebang: () => token(prec(1, /#![^\n\r]*/)),

    identifier: () => /[a-z_][A-Za-z0-9_]*/,
    type_variable: () => /[A-Z][A-Za-z0-9_]*/,
    keyword: () => /[a-z_][A-Za-z0-9_]*:/,
    capital_keyword: () => /[A-Z][A-Za-z0-9_]*:/,
    argument_name: () => /:[a-z][A-Za-z0-9_]*/,
    operator: () => OPERATOR,
    integer: () => /-?(0|[1-9][0-9]*|[0-9]{1,2}[rR][0-9A-Za-z]+)/,
    float: () => /-?(0|[1-9][0-9]*)(\.[0-9]+([eE][+\-]?[0-9]+)?|[eE][+\-]?[0-9]+)/,
    string: () => /'([^'\\]|\\[tnrbfva0\\'"?]|\\x[0-9A-Fa-f]{2}|\\d[01][0-9][0-9]|\\o[0-3][0-7][0-7]|\\u\{[0-9A-Fa-f]{1,6}\}|\\\r?\n)*'/,
    comment: () => /"([^"\\]|\\(.|\r?\n))*"/,
  },
});
