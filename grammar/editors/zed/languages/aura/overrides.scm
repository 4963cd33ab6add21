; Where quotes and brackets are not closed by themselves.
(comment) @comment
[(string) (template_text)] @string
