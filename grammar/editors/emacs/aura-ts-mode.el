;;; aura-ts-mode.el --- Major mode for Aura, by tree-sitter  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))

;;; Commentary:

;; Colours, indentation, navigation and an index for files *.aura, and `aura lsp' for Eglot.
;;
;; Where Emacs has tree-sitter and the grammar (`aura-ts-install-grammar'), files are in `aura-ts-mode'; else in `aura-mode', which tells comments,
;; strings and a few words.

;;; Code:

(require 'treesit nil t)
(declare-function treesit-ready-p "treesit")
(declare-function treesit-parser-create "treesit.c")
(declare-function treesit-font-lock-rules "treesit")
(declare-function treesit-major-mode-setup "treesit")
(declare-function treesit-node-text "treesit")
(declare-function treesit-node-field-name "treesit.c")
(declare-function treesit-filter-child "treesit")
(defvar treesit-font-lock-settings)
(defvar treesit-font-lock-feature-list)
(defvar treesit-simple-indent-rules)
(defvar treesit-defun-type-regexp)
(defvar treesit-defun-name-function)
(defvar treesit-simple-imenu-settings)
(defvar eglot-server-programs)

(defgroup aura nil
  "The language Aura."
  :group 'languages)

(defcustom aura-ts-indent-offset 4
  "Columns by which what stands in brackets is indented."
  :type 'integer
  :safe #'integerp)

(defcustom aura-ts-command '("aura" "lsp")
  "How the language server is started."
  :type '(repeat string))

(defvar aura-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?\" "!" table)
    (modify-syntax-entry ?\' "\"" table)
    (modify-syntax-entry ?\` "\"" table)
    (modify-syntax-entry ?_ "_" table)
    (dolist (operator (string-to-list "!#$%&*+,-/;<=>?@^|~"))
      (modify-syntax-entry operator "." table))
    table)
  "Comments stand in double quotes, strings in single ones.")

(defvar aura-mode--font-lock
  `((,(rx bos "#!" (* nonl)) . font-lock-preprocessor-face)
    (,(rx symbol-start (or "self" "resend") symbol-end) . font-lock-keyword-face)
    (,(rx symbol-start (or "nil" "true" "false") symbol-end) . font-lock-constant-face)
    (,(rx symbol-start "_" (+ (or alnum "_")) (? ":")) . font-lock-builtin-face)
    (,(rx symbol-start alpha (* (or alnum "_")) ":") . font-lock-function-name-face))
  "What `aura-mode' tells by words.")

(defun aura-ts-mode--font-lock ()
  "The colours of `aura-ts-mode'."
  (treesit-font-lock-rules
   :language 'aura :feature 'comment
   '((comment) @font-lock-comment-face
     (shebang) @font-lock-preprocessor-face)
   :language 'aura :feature 'string
   '((string) @font-lock-string-face
     (template_text) @font-lock-string-face
     (template "`" @font-lock-string-face)
     (hole ["{" "}"] @font-lock-misc-punctuation-face))
   :language 'aura :feature 'annotation :override t
   '((annotation annotation: (string) @font-lock-preprocessor-face)
     (annotated annotation: (string) @font-lock-preprocessor-face))
   :language 'aura :feature 'definition
   '((method_slot name: (_) @font-lock-function-name-face)
     (slot name: (identifier) @font-lock-variable-name-face)
     (parameter name: (identifier) @font-lock-variable-name-face)
     (argument name: (argument_name) @font-lock-variable-name-face))
   :language 'aura :feature 'type
   '((type_identifier) @font-lock-type-face
     (type_variable) @font-lock-type-face)
   :language 'aura :feature 'constant
   '(((identifier) @font-lock-constant-face
      (:match "\\`\\(?:nil\\|true\\|false\\)\\'" @font-lock-constant-face))
     (self) @font-lock-keyword-face
     (resend) @font-lock-keyword-face
     (return "^" @font-lock-keyword-face))
   :language 'aura :feature 'builtin
   '(((identifier) @font-lock-builtin-face (:match "\\`_" @font-lock-builtin-face))
     ((keyword) @font-lock-builtin-face (:match "\\`_" @font-lock-builtin-face)))
   :language 'aura :feature 'message
   '((unary_message selector: (identifier) @font-lock-function-call-face)
     (keyword) @font-lock-function-call-face
     (capital_keyword) @font-lock-function-call-face)
   :language 'aura :feature 'number
   '((integer) @font-lock-number-face
     (float) @font-lock-number-face)
   :language 'aura :feature 'operator
   '((operator) @font-lock-operator-face
     (assignable) @font-lock-operator-face
     (parent_mark) @font-lock-operator-face)
   :language 'aura :feature 'bracket
   '(["(" ")" "[" "]" "{" "}"] @font-lock-bracket-face)))

(defvar aura-ts-mode--indent
  '((aura
     ((parent-is "source_file") column-0 0)
     ((node-is ")") parent-bol 0)
     ((node-is "]") parent-bol 0)
     ((node-is "}") parent-bol 0)
     ((parent-is "comment") prev-adaptive-prefix 0)
     ((parent-is "slot_list") parent-bol aura-ts-indent-offset)
     ((parent-is "group\\|method\\|object\\|block\\|vector\\|annotat") parent-bol aura-ts-indent-offset)
     (catch-all parent-bol aura-ts-indent-offset))))

(defun aura-ts--is-ready ()
  "Whether there is tree-sitter, and the grammar."
  (and (fboundp 'treesit-ready-p) (treesit-ready-p 'aura t)))

(defun aura-ts-mode--name (node)
  "The selector that NODE, a slot, defines."
  (mapconcat #'treesit-node-text
             (treesit-filter-child node (lambda (child) (equal (treesit-node-field-name child) "name")))
             ""))

;;;###autoload
(define-derived-mode aura-mode prog-mode "Aura"
  "Major mode for Aura, where there is no tree-sitter."
  (setq-local comment-start "\""
              comment-end "\""
              comment-start-skip "\"[ \t]*"
              indent-tabs-mode nil
              font-lock-defaults '(aura-mode--font-lock)))

;;;###autoload
(define-derived-mode aura-ts-mode aura-mode "Aura"
  "Major mode for Aura, by tree-sitter."
  (unless (aura-ts--is-ready)
    (error "There is no tree-sitter grammar of Aura; try M-x aura-ts-install-grammar"))
  (treesit-parser-create 'aura)
  (setq-local font-lock-defaults nil
              treesit-font-lock-settings (aura-ts-mode--font-lock)
              treesit-font-lock-feature-list
              '((comment definition) (string type constant annotation) (builtin message number) (operator bracket))
              treesit-simple-indent-rules aura-ts-mode--indent
              treesit-defun-type-regexp (rx bos (or "method_slot" "slot") eos)
              treesit-defun-name-function #'aura-ts-mode--name
              treesit-simple-imenu-settings '(("Method" "\\`method_slot\\'" nil aura-ts-mode--name)))
  (treesit-major-mode-setup))

(defconst aura-ts--grammar
  (expand-file-name "../../tree-sitter-aura/src/" (file-name-directory (or load-file-name buffer-file-name default-directory)))
  "Where the generated parser lies.")

;;;###autoload
(defun aura-ts-install-grammar ()
  "Compile the grammar that lies beside this file, and put it where Emacs looks."
  (interactive)
  (let* ((folder (locate-user-emacs-file "tree-sitter"))
         (library (expand-file-name (concat "libtree-sitter-aura" module-file-suffix) folder))
         (sources (mapcar (lambda (name) (expand-file-name name aura-ts--grammar)) '("parser.c" "scanner.c"))))
    (make-directory folder t)
    (with-current-buffer (get-buffer-create "*aura-ts-install-grammar*")
      (erase-buffer)
      (unless (zerop (apply #'call-process "cc" nil t nil "-shared" "-fPIC" "-O2" "-I" aura-ts--grammar "-o" library sources))
        (pop-to-buffer (current-buffer))
        (error "The grammar could not be compiled")))
    (message "The grammar is in %s" library)))

;;;###autoload
(defun aura-mode-for-file ()
  "Files are in the better of both modes."
  (interactive)
  (if (aura-ts--is-ready) (aura-ts-mode) (aura-mode)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.aura\\'" . aura-mode-for-file))
;;;###autoload
(add-to-list 'magic-mode-alist '("\\`#!.*\\_<aura\\_>" . aura-mode-for-file))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'aura-mode aura-ts-command)))

(provide 'aura-ts-mode)
;;; aura-ts-mode.el ends here
