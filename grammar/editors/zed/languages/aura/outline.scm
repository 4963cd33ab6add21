(method_slot name: (identifier) @name) @item
(method_slot . name: (keyword) @name) @item
(method_slot . name: (operator) @name) @item
(slot name: (identifier) @name value: (object)) @item
