-- Files `*.aura`, and scripts that are run by `aura`.
local function is_script(buffer)
  local first = vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1] or ""
  return first:match("^#!.*%f[%w]aura%f[%W]") ~= nil
end

if vim.fn.has("nvim-0.8") == 1 then
  vim.filetype.add({
    extension = { aura = "aura" },
    pattern = {
      [".*"] = {
        function(_, buffer) return is_script(buffer) and "aura" or nil end,
        { priority = -math.huge },
      },
    },
  })
else
  vim.api.nvim_create_autocmd({ "BufNewFile", "BufRead" }, {
    callback = function(event)
      -- What begins with `#` is taken for a configuration where nobody knows better.
      local is_open = vim.tbl_contains({ "", "conf" }, vim.bo[event.buf].filetype)
      if event.match:match("%.aura$") or (is_open and is_script(event.buf)) then
        vim.bo[event.buf].filetype = "aura"
      end
    end,
  })
end
