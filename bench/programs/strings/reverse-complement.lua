local function sequence(n)
  local letters, r, out = "ACGTMRWSYKVHDBN", 42, {}
  for i = 1, n do
    r = (r * 3877 + 29573) % 139968
    local k = r % 15 + 1
    out[i] = letters:sub(k, k)
  end
  return table.concat(out)
end

local partner = {
  A = "T", C = "G", G = "C", T = "A", M = "K", R = "Y", Y = "R", K = "M", V = "B", H = "D", D = "H", B = "V",
}
local s = sequence(500000)
local out = s:reverse():gsub(".", partner)
for at = 1, #out, 60 do
  io.write(out:sub(at, at + 59), "\n")
end
