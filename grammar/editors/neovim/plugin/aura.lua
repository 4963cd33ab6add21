-- Files `*.aura`, and scripts that are run by `aura`.
vim.filetype.add({
  extension = { aura = "aura" },
  pattern = {
    [".*"] = {
      function(_, bufnr)
        local first = vim.api.nvim_buf_get_lines(bufnr, 0, 1, false)[1] or ""
        if first:match("^#!.*%f[%w]aura%f[%W]") then
          return "aura"
        end
      end,
      { priority = -math.huge },
    },
  },
})
