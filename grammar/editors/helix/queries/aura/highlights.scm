; Helix lets the first pattern win, and has its own names.
(comment) @comment.block
(shebang) @keyword.directive
(integer) @constant.numeric.integer
(float) @constant.numeric.float
(annotation annotation: (string) @attribute)
(annotated annotation: (string) @attribute)
(string) @string
(hole ["{" "}"] @punctuation.special)
(template_text) @string
(template) @string

(self) @variable.builtin
(resend) @keyword
((identifier) @constant.builtin.boolean
  (#any-of? @constant.builtin.boolean "true" "false"))
((identifier) @constant.builtin
  (#eq? @constant.builtin "nil"))
((identifier) @function.builtin
  (#match? @function.builtin "^_"))
((keyword) @function.builtin
  (#match? @function.builtin "^_"))

(slot name: (identifier) @type parent: (parent_mark))
(slot name: (identifier) @variable.other.member)
(method_slot name: (_) @function.method)
(parameter name: (identifier) @variable.parameter)
(argument_name) @variable.parameter
(applied_type parameter: (_) @variable.other.member)
(type_identifier) @type
(type_variable) @type.parameter
(bound_type variable: (_) @type.parameter)

(unary_message selector: (identifier) @function.method)
(keyword) @function.method
(capital_keyword) @function.method
(return "^" @keyword.control.return)
(operator) @operator
[(parent_mark) (assignable) "="] @operator
(identifier) @variable

["(" ")" "[" "]" "{" "}"] @punctuation.bracket
"." @punctuation.delimiter
