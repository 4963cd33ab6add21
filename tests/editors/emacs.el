;;; emacs.el --- drives Emacs, with what is shipped for it, through a session with `aura lsp'  -*- lexical-binding: t; -*-

;; Run by emacs.sh in the folder of a project.  Ends Emacs with 0 if all is as it should be, with 255 and a word about it if not.

;;; Code:

(defun check (truth what)
  "Say WHAT is so if TRUTH, or end."
  (unless truth (error "emacs: not so: %s" what))
  (message "emacs: %s" what))

(defun await (what is-so)
  "Wait until IS-SO, which WHAT tells, or end."
  (let ((until (time-add nil 20)))
    (while (and (not (funcall is-so)) (time-less-p nil until))
      (accept-process-output nil 0.05)))
  (check (funcall is-so) what))

(defun face-of (text)
  "How the first letter of TEXT looks."
  (goto-char (point-min))
  (search-forward text)
  (get-text-property (match-beginning 0) 'face))

(setq byte-compile-error-on-warn t
      eglot-connect-timeout 20
      eglot-sync-connect 20)
(package-initialize)
(check (byte-compile-file "aura-ts-mode.el") "it compiles without a warning")
(load (expand-file-name "aura-ts-mode.elc") nil t)

(when (fboundp 'treesit-ready-p)
  (aura-ts-install-grammar)
  (check (aura-ts--is-ready) "the grammar is one that Emacs reads"))
(find-file "main.aura")
(check (derived-mode-p 'aura-mode) (format "files are in %s" major-mode))
(font-lock-ensure)
(check (eq (face-of "Uses") 'font-lock-comment-face) "comments look like comments")
(check (eq (face-of "'parts'") 'font-lock-string-face) "strings look like strings")
(goto-char (point-min))
(search-forward "Uses")
(check (nth 4 (syntax-ppss)) "and a quote begins a comment")
(with-current-buffer (find-file-noselect "script")
  (check (derived-mode-p 'aura-mode) "scripts are known by their first line"))

(if (not (require 'eglot nil t))
    (message "emacs: there is no eglot: no server was asked")
  (call-interactively #'eglot)
  (check (eglot-current-server) "the server starts")
  (flymake-mode 1)
  (flymake-start)
  (await "a slip of the pen is found"
         (lambda ()
           (seq-some (lambda (found) (string-match-p "witdraw:" (flymake-diagnostic-text found)))
                     (flymake-diagnostics))))
  (goto-char (point-min))
  (search-forward "witdraw")
  (replace-match "withdraw")
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (await "and is gone when it is corrected" (lambda () (null (flymake-diagnostics))))
  (goto-char (point-max))
  (insert "3+4\n")
  (eglot-format-buffer)
  (check (save-excursion (goto-char (point-min)) (search-forward "3 + 4" nil t)) "the layout is put right")
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server))
  (check (not (eglot-current-server)) "the server ends when it is told to"))

;;; emacs.el ends here
