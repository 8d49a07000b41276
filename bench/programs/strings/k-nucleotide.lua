local function sequence(n)
  local r, out = 42, {}
  for i = 1, n do
    r = (r * 3877 + 29573) % 139968
    out[i] = r < 42400 and "A" or r < 70100 and "C" or r < 97700 and "G" or "T"
  end
  return table.concat(out)
end

local function count_parts(s, width)
  local counts, sub = {}, string.sub
  for i = 1, #s - width + 1 do
    local part = sub(s, i, i + width - 1)
    counts[part] = (counts[part] or 0) + 1
  end
  return counts
end

local function frequencies(s, width)
  local counts, parts = count_parts(s, width), {}
  local total = #s - width + 1
  for part in pairs(counts) do parts[#parts + 1] = part end
  table.sort(parts, function(a, b)
    if counts[a] == counts[b] then return a < b end
    return counts[a] > counts[b]
  end)
  for _, part in ipairs(parts) do
    print(string.format("%s %.3f", part, counts[part] * 100 / total))
  end
  print()
end

local s = sequence(200000)
frequencies(s, 1)
frequencies(s, 2)
for _, part in ipairs { "GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT" } do
  print((count_parts(s, #part)[part] or 0) .. " " .. part)
end
