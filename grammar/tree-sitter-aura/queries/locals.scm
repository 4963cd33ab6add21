; A method, a block or a group sees its own arguments and locals, then those around it; what is found in none is a message.
[(method) (group) (block) (method_slot)] @local.scope
(method (slot_list (slot name: (identifier) @local.definition.var)))
(group (slot_list (slot name: (identifier) @local.definition.var)))
(block (slot_list (slot name: (identifier) @local.definition.var)))
(parameter name: (identifier) @local.definition.parameter)
(identifier) @local.reference
