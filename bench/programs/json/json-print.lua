local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c)
  return escapes[c] or string.format("\\u%04x", c:byte())
end

local function quoted(s)
  return '"' .. s:gsub('[%c"\\]', escape) .. '"'
end

local write

-- Values are tables { kind, … }: objects list their keys in order.
function write(out, v, keys, pad)
  if v == nil then
    out[#out + 1] = "null"
  elseif type(v) == "string" then
    out[#out + 1] = quoted(v)
  elseif type(v) ~= "table" then
    out[#out + 1] = tostring(v)
  else
    local names = keys(v)
    local inner = pad and pad .. "  "
    out[#out + 1] = names and "{" or "["
    for i = 1, names and #names or #v do
      if i > 1 then out[#out + 1] = "," end
      if pad then out[#out + 1] = "\n" .. inner end
      if names then
        out[#out + 1] = quoted(names[i])
        out[#out + 1] = pad and ": " or ":"
        write(out, v[names[i]], keys, inner)
      else
        write(out, v[i], keys, inner)
      end
    end
    if pad then out[#out + 1] = "\n" .. pad end
    out[#out + 1] = names and "}" or "]"
  end
end

local user_keys = { "id", "name", "tags", "score", "active", "address", "parent" }
local address_keys = { "city", "street", "zip" }
local function keys(v)
  if v.id then return user_keys end
  if v.city then return address_keys end
end

local function length(s)
  local _, n = s:gsub("[^\128-\191]", "")
  return n
end

local users = {}
for i = 0, 4999 do
  users[i + 1] = {
    id = i, name = 'user "' .. i .. '" of ä\n', tags = { "red", "green " .. i % 7, "blue" }, score = i % 100 + 0.25,
    active = i % 3 == 0, address = { city = "Springfield", street = i .. " Main Street", zip = tostring(10000 + i) },
  }
end
local total = 0
for turn = 0, 9 do
  local out = {}
  write(out, users, keys)
  total = total + length(table.concat(out)) + turn
end
local out = {}
write(out, users, keys, "")
print(total .. " " .. length(table.concat(out)))
