; What is defined: methods, and slots that hold objects. A selector of several keywords is known by its first.
(method_slot name: (identifier) @name) @definition.method
(method_slot . name: (keyword) @name) @definition.method
(method_slot . name: (operator) @name) @definition.method
(slot name: (identifier) @name value: (object)) @definition.class
(module (slot_list (slot name: (identifier) @name) @definition.constant))
; What is sent.
(unary_message selector: (identifier) @name) @reference.call
(keyword_message . selector: (keyword) @name) @reference.call
(keyword_message receiver: (_) . selector: (keyword) @name) @reference.call
