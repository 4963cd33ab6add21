(method_slot body: (method) @function.inside) @function.around
(slot value: (object) @class.inside) @class.around
(comment) @comment.around
