; Made from the grammar's own, with Zed's names.

(comment) @comment
(shebang) @preproc
(string) @string
(template) @string
(template_text) @string
(integer) @number
(float) @number.float

(identifier) @variable
(capital_keyword) @function.method
(keyword) @function.method
(operator) @operator
(unary_message selector: (identifier) @function.method)

((identifier) @constant
  (#any-of? @constant "nil" "true" "false"))
((identifier) @function.builtin
  (#match? @function.builtin "^_"))
((keyword) @function.builtin
  (#match? @function.builtin "^_"))

(self) @variable.special
(resend) @keyword
(_ parent: (identifier) @property)

(slot name: (identifier) @property)
(slot name: (identifier) @type parent: (parent_mark))
(method_slot name: (identifier) @function)
(method_slot name: (keyword) @function)
(method_slot name: (capital_keyword) @function)
(method_slot name: (operator) @function)
(parameter name: (identifier) @variable.parameter)
(argument_name) @variable.parameter
(annotation annotation: (string) @attribute)
(annotated annotation: (string) @attribute)

(type_identifier) @type
(type_variable) @type.parameter
(applied_type parameter: (_) @property)
(bound_type variable: (_) @type.parameter)
(type ["<" ">"] @punctuation.bracket)
[(type (self) @type.builtin) (union_type (self) @type.builtin) (applied_type (self) @type.builtin) (block_type (self) @type.builtin)]
(union_type "|" @operator)
(block_type "^" @operator)

(return "^" @keyword.return)
(result "^" @operator)
(parent_mark) @operator
(assignable) @operator
(slot "=" @operator)
(method_slot "=" @operator)

["(" ")" "[" "]" "{" "}"] @punctuation.bracket
"." @punctuation.delimiter
(slot_list "|" @punctuation.bracket)
(hole ["{" "}"] @punctuation.special) @embedded
