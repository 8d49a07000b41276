local WIDTH = 60
local ALU = "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGACCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA"
local write, concat, min = io.write, table.concat, math.min

local function repeated(header, s, n)
  write(header, "\n")
  local doubled, at, left = s .. s, 0, n
  while left > 0 do
    local width = min(left, WIDTH)
    write(doubled:sub(at + 1, at + width), "\n")
    at = (at + width) % #s
    left = left - width
  end
end

local function random_lines(header, chars, weights, n, seed)
  write(header, "\n")
  local r, left, line = seed, n, {}
  while left > 0 do
    local width = min(left, WIDTH)
    for i = 1, width do
      r = (r * 3877 + 29573) % 139968
      local x, k = r / 139968, 1
      while x >= weights[k] do k = k + 1 end
      line[i] = chars[k]
    end
    write(concat(line, "", 1, width), "\n")
    left = left - width
  end
  return r
end

local function cumulative(weights)
  local out, sum = {}, 0.0
  for i, w in ipairs(weights) do
    sum = sum + w
    out[i] = sum
  end
  return out
end

local n = 60000
local iub = { "a", "c", "g", "t", "B", "D", "H", "K", "M", "N", "R", "S", "V", "W", "Y" }
local iub_weights = cumulative { 0.27, 0.12, 0.12, 0.27, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.1 }
local homo = { "a", "c", "g", "t" }
local homo_weights = cumulative { 0.302954942668, 0.1979883004921, 0.1975473066391, 0.4 }
repeated(">ONE Homo sapiens alu", ALU, n * 2)
local seed = random_lines(">TWO IUB ambiguity codes", iub, iub_weights, n * 3, 42)
random_lines(">THREE Homo sapiens frequency", homo, homo_weights, n * 5, seed)
