(method_slot body: (method) @function.inside) @function.around
(slot value: (object) @class.inside) @class.around
[(parameter) (argument)] @parameter.around
(parameter name: (_) @parameter.inside)
(argument name: (_) @parameter.inside)
(comment) @comment.around
