; Brackets and slot lists; the forms of Neovim.
[(group) (method) (object) (block) (vector) (annotated) (annotation) (slot_list) (object_type) (block_type)] @indent.begin
[")" "]" "}"] @indent.branch @indent.end
(comment) @indent.ignore
(string) @indent.ignore
(template) @indent.ignore
