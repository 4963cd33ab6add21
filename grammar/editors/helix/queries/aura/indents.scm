[(group) (method) (object) (block) (vector) (annotated) (annotation) (object_type)] @indent
[")" "]" "}"] @outdent
