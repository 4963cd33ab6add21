(method_slot) @function.outer
(method_slot body: (method) @function.inner)
(slot value: (object) @class.inner) @class.outer
(block) @block.outer
(block (_)+ @block.inner)
(argument) @parameter.outer
(argument name: (_) @parameter.inner)
(parameter) @parameter.outer
(parameter name: (_) @parameter.inner)
(comment) @comment.outer
(keyword_message) @call.outer
(unary_message) @call.outer
(binary_message) @call.outer
(integer) @number.inner
(float) @number.inner
