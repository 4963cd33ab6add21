-- One file of Aura: its server, and its colours if the parser is there.
vim.bo.commentstring = '"%s"'
vim.bo.expandtab = true
vim.bo.shiftwidth = 4
vim.bo.iskeyword = "@,48-57,_,:"

local buffer = vim.api.nvim_get_current_buf()

-- The folder of the project, or else that of the file.
local function root()
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":p:h")
  for _, marker in ipairs({ vim.fn.findfile("aura.toml", folder .. ";"), vim.fn.finddir(".git", folder .. ";") }) do
    if marker ~= "" then return vim.fn.fnamemodify(marker, ":p"):gsub("/$", ""):match("^(.*)/") end
  end
  return folder
end

local server = { name = "aura", cmd = vim.g.aura_command or { "aura", "lsp" }, root_dir = root() }

if vim.lsp.start then
  vim.lsp.start(server)
else
  -- Before 0.8: one client for each folder, kept by hand.
  local started = vim.g.aura_clients or {}
  local id = started[server.root_dir]
  if not (id and vim.lsp.get_client_by_id(id)) then id = vim.lsp.start_client(server) end
  if id then
    started[server.root_dir] = id
    vim.g.aura_clients = started
    vim.lsp.buf_attach_client(buffer, id)
    vim.bo.omnifunc = "v:lua.vim.lsp.omnifunc"
    vim.api.nvim_buf_set_keymap(buffer, "n", "K", "<cmd>lua vim.lsp.buf.hover()<cr>", { noremap = true })
  end
end

if pcall(vim.treesitter.start, buffer, "aura") and vim.treesitter.foldexpr then
  vim.wo.foldmethod = "expr"
  vim.wo.foldexpr = "v:lua.vim.treesitter.foldexpr()"
  vim.wo.foldlevel = 99
end
