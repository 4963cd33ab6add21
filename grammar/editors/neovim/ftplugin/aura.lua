-- One file of Aura: its server, and its colours if the parser is there.
vim.bo.commentstring = '"%s"'
vim.bo.expandtab = true
vim.bo.shiftwidth = 4
vim.bo.iskeyword = "@,48-57,_,:"

vim.lsp.start({
  name = "aura",
  cmd = vim.g.aura_command or { "aura", "lsp" },
  root_dir = vim.fs.dirname(vim.fs.find({ "aura.toml", ".git" }, { upward = true, path = vim.api.nvim_buf_get_name(0) })[1]),
})

if pcall(vim.treesitter.start) then
  vim.wo.foldmethod = "expr"
  vim.wo.foldexpr = "v:lua.vim.treesitter.foldexpr()"
  vim.wo.foldlevel = 99
end
