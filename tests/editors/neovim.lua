-- Drives Neovim, with the plugin that is shipped for it, through a session with `aura lsp`: open, colours, diagnostics, completion, hover, rename,
-- layout, a method by ALFRED. Run by neovim.sh. Ends Neovim with 0 if all is as it should be, with 1 and a word about it if not.

local server = assert(os.getenv('AURA'), 'AURA names the command')

local function fail(what)
  io.stderr:write('neovim: not so: ' .. what .. '\n')
  vim.cmd('cquit 1')
end

local function check(truth, what)
  if not truth then fail(what) end
  io.stdout:write('neovim: ' .. what .. '\n')
end

local function await(what, is_so)
  if not vim.wait(20000, is_so, 10) then fail('waited in vain: ' .. what) end
end

-- A model server that knows one method, in this process.
local function model(source)
  local function said(content)
    local message = { role = 'assistant', content = content }
    return { model = 'tiny:1b', created_at = '', message = message, done = true, done_reason = content == '' and 'load' or 'stop',
      total_duration = 1, load_duration = 1, prompt_eval_count = 2000, prompt_eval_duration = 1, eval_count = 30, eval_duration = 1 }
  end
  local function answer(path, body)
    if path == '/api/tags' then return { models = { { name = 'tiny:1b', digest = 'd1' } } } end
    if path == '/api/show' then return { capabilities = { 'completion' } } end
    local is_asked = body:match('"messages":%s*%[%s*{')
    return said(is_asked and vim.json.encode({ a_plan = 'It computes what its name says.', b_source = source }) or '')
  end
  local listener = vim.loop.new_tcp()
  listener:bind('127.0.0.1', 0)
  listener:listen(16, function()
    local stream, bytes = vim.loop.new_tcp(), ''
    listener:accept(stream)
    stream:read_start(function(_, piece)
      bytes = bytes .. (piece or '')
      local head, body = bytes:match('^(.-)\r\n\r\n(.*)$')
      local length = head and tonumber(head:lower():match('content%-length:%s*(%d+)') or 0)
      if not head or #body < length then return end
      local text = vim.json.encode(answer(head:match('^%S+ (%S+)'), body))
      local reply = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ' .. #text .. '\r\nconnection: close\r\n\r\n'
      stream:write(reply .. text, function() stream:close() end)
    end)
  end)
  return '127.0.0.1:' .. listener:getsockname().port
end

local environment = { OLLAMA_HOST = model('closed = ( balance: 0. self )'), AURA_MODEL = 'tiny:1b', AURA_ALFRED = 'auto' }
for name, value in pairs(environment) do vim.fn.setenv(name, value) end
vim.g.aura_command = { server, 'lsp' }

local function clients_of(buffer)
  local get = vim.lsp.get_clients
  return vim.tbl_values(get and get({ bufnr = buffer }) or vim.lsp.buf_get_clients(buffer))
end

local id
local function open(name)
  vim.cmd('edit ' .. name)
  local buffer = vim.api.nvim_get_current_buf()
  check(vim.bo[buffer].filetype == 'aura', name .. ' is known to be Aura')
  check(vim.bo[buffer].commentstring == '"%s"', 'and has its settings')
  await('the server is ready', function()
    local client = clients_of(buffer)[1]
    return client and client.initialized
  end)
  local clients = clients_of(buffer)
  check(#clients == 1 and clients[1].name == 'aura' and (not id or clients[1].id == id), 'one server is started for all')
  id = clients[1].id
  local root = vim.loop.fs_realpath(clients[1].config.root_dir)
  check(root == vim.loop.fs_realpath(vim.fn.getcwd()), 'in the folder of the project: ' .. root)
  return buffer
end

local function lines(buffer) return vim.api.nvim_buf_get_lines(buffer, 0, -1, false) end

local function ask(buffer, method, params)
  local answers, why = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  if not answers then fail(method .. ': ' .. tostring(why)) end
  local answer = answers[id]
  if not answer or answer.err then fail(method .. ': ' .. vim.inspect(answer)) end
  return answer.result
end

local function at(buffer, row, column)
  return { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = row, character = column } }
end

open('script')
open('parts.aura')
local main = open('main.aura')

-- Colours, by the parser and the queries, as their README says.
if vim.fn.filereadable(os.getenv('XDG_DATA_HOME') .. '/nvim/site/parser/aura.so') == 1 then
  local tree = vim.treesitter.get_parser(main, 'aura'):parse()[1]:root()
  check(not tree:has_error(), 'the parser is of a version that Neovim reads')
  local get = vim.treesitter.query.get or vim.treesitter.query.get_query
  for _, name in ipairs({ 'highlights', 'folds', 'locals' }) do
    local found, query = 0, get('aura', name)
    for _ in query:iter_captures(tree, main, 0, -1) do found = found + 1 end
    check(found > 0, 'it reads ' .. name .. '.scm: ' .. found)
  end
end

-- Diagnostics of what was opened, and of what is changed without being saved.
await('a finding', function() return #vim.diagnostic.get(main) == 1 end)
check(vim.diagnostic.get(main)[1].message:match("does not understand 'witdraw:'"), 'a slip of the pen is found')
vim.api.nvim_buf_set_text(main, 4, 14, 4, 21, { 'withdraw' })
await('the finding is taken back', function() return #vim.diagnostic.get(main) == 0 end)
check(true, 'and is gone when it is corrected')

-- Completion, as the omni function gets it.
vim.api.nvim_buf_set_lines(main, 5, 5, false, { 'account dep' })
local completion = ask(main, 'textDocument/completion', at(main, 5, 11))
local offered = vim.lsp.util.text_document_completion_list_to_complete_items(completion, 'dep')
check(#offered > 0 and offered[1].abbr:match('deposit:') ~= nil or vim.inspect(offered):match('deposit:'), 'deposit: is offered')
vim.api.nvim_buf_set_lines(main, 5, 6, false, {})

-- Hover.
local hover = ask(main, 'textDocument/hover', at(main, 3, 14))
local shown = table.concat(vim.lsp.util.convert_input_to_markdown_lines(hover.contents), '\n')
check(shown:match('deposit: amount <any>'), 'hover shows the header')
check(shown:match('Puts money in'), 'and the comment')

-- Rename, across both files.
local edit = ask(main, 'textDocument/rename', vim.tbl_extend('force', at(main, 3, 14), { newName = 'add:' }))
vim.lsp.util.apply_workspace_edit(edit, 'utf-16')
check(lines(main)[4]:match('account add: 100'), 'the message has its new name')
local parts = vim.fn.bufnr('parts.aura')
check(parts > 0 and table.concat(lines(parts), '\n'):match('add: amount = '), 'so has the slot, in the other file')

-- Layout.
vim.api.nvim_buf_set_lines(main, 5, 5, false, { '3+4' })
local edits = ask(main, 'textDocument/formatting', {
  textDocument = vim.lsp.util.make_text_document_params(main),
  options = { tabSize = 4, insertSpaces = true },
})
vim.lsp.util.apply_text_edits(edits, main, 'utf-16')
check(vim.tbl_contains(lines(main), '3 + 4'), 'the layout is put right')

-- A missing message, written by a model and approved.
local asked, answers = {}, { 'Reject', 'Approve' }
vim.lsp.handlers['window/showMessageRequest'] = function(_, question)
  table.insert(asked, question.message)
  for _, action in ipairs(question.actions) do
    if action.title == answers[#asked] then return action end
  end
end
vim.api.nvim_buf_set_lines(main, 5, 5, false, { 'account closed balance printLine' })
await('the missing message is found', function()
  local found = vim.diagnostic.get(main)
  return #found == 1 and found[1].message:match("'closed'")
end)
local wish = { command = 'aura.synthesise', arguments = { vim.uri_from_bufnr(main), 'closed', { line = 5, character = 8 } } }
local before = table.concat(lines(parts), '\n')
check(ask(main, 'workspace/executeCommand', wish) == 'rejected', 'a method is rejected')
check(asked[1]:match('closed = %( balance: 0%. self %)'), 'it was shown')
check(table.concat(lines(parts), '\n') == before, 'and nothing is left of it')
check(ask(main, 'workspace/executeCommand', wish) == 'approved', 'a method is approved')
check(table.concat(lines(parts), '\n'):match('reviewed: yes, by a person"%s+closed = '), 'and is where its object is written')
await('nothing is missing any more', function() return #vim.diagnostic.get(main) == 0 end)

-- Goodbye in order.
vim.lsp.stop_client(id)
await('the server ends', function() return vim.lsp.get_client_by_id(id) == nil or vim.lsp.get_client_by_id(id).is_stopped() end)
check(true, 'the server ends when it is told to')
vim.cmd('qall!')
