local find, sub, byte, char = string.find, string.sub, string.byte, utf8 and utf8.char or string.char
local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local null = {}
local value

local function unescape(c, hex)
  return hex ~= "" and char(tonumber(hex, 16)) or escapes[c]
end

local function str(s, at)
  local from, escaped = at + 1, false
  while true do
    local stop = find(s, '["\\]', at + 1)
    if byte(s, stop) == 34 then
      local text = sub(s, from, stop - 1)
      if escaped then text = text:gsub("\\([^u])", escapes):gsub("\\(u)(%x%x%x%x)", unescape) end
      return text, stop + 1
    end
    escaped = true
    at = stop + 1
  end
end

local function object(s, at)
  local out = {}
  at = find(s, "[^ \n\r\t]", at + 1)
  if byte(s, at) == 125 then return out, at + 1 end
  while true do
    local key
    key, at = str(s, find(s, '"', at, true))
    at = find(s, ":", at, true)
    out[key], at = value(s, at + 1)
    at = find(s, "[,}]", at)
    if byte(s, at) == 125 then return out, at + 1 end
  end
end

local function array(s, at)
  local out, n = {}, 0
  local first = find(s, "[^ \n\r\t]", at + 1)
  if byte(s, first) == 93 then return out, first + 1 end
  while true do
    n = n + 1
    out[n], at = value(s, at + 1)
    at = find(s, "[],]", at)
    if byte(s, at) == 93 then return out, at + 1 end
  end
end

function value(s, at)
  at = find(s, "[^ \n\r\t]", at)
  local c = byte(s, at)
  if c == 34 then return str(s, at) end
  if c == 123 then return object(s, at) end
  if c == 91 then return array(s, at) end
  if c == 116 then return true, at + 4 end
  if c == 102 then return false, at + 5 end
  if c == 110 then return null, at + 4 end
  local _, stop = find(s, "^-?%d+%.?%d*[eE]?[-+]?%d*", at)
  return tonumber(sub(s, at, stop)), stop + 1
end

local function message(n)
  local out = {}
  for i = 0, n - 1 do
    out[#out + 1] = '{"id":' .. i .. ',"name":"user \\"' .. i .. '\\" of ä\\n","tags":["red","green ' .. i % 7
      .. '","blue"],"score":' .. i % 100 .. '.25,"active":' .. tostring(i % 3 == 0)
      .. ',"address":{"city":"Springfield","street":"' .. i .. ' Main Street","zip":"' .. 10000 + i
      .. '"},"parent":null}'
  end
  return "[" .. table.concat(out, ",") .. "]"
end

-- Characters, not bytes: all but the continuation bytes.
local function length(s)
  local _, n = s:gsub("[^\128-\191]", "")
  return n
end

local text = message(5000)
local total = 0
for turn = 0, 9 do
  for _, user in ipairs((value(text, 1))) do
    total = total + user.id + length(user.name) + #user.tags
    if user.active then total = total + math.floor(user.score * 4) end
    total = total + #user.address.zip + turn
  end
end
print(string.format("%d %d", length(text), total))
