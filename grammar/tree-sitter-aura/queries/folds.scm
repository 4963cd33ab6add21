[(group) (method) (object) (block) (vector) (slot_list) (annotation) (comment)] @fold
