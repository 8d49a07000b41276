local byte, sub = string.byte, string.sub

local NOTHING = { kind = "nothing" }

local function document(records)
  local parts, random = {}, 74755
  for n = 0, records - 1 do
    random = (random * 1309 + 13849) % 65536
    parts[n + 1] = '{"id": ' .. n .. ', "name": "record ' .. random .. '", "on": ' .. tostring(n % 3 == 0) ..
      ', "none": null, "tags": ["a' .. n % 7 .. '", "b", []], "at": {"x": ' .. random .. ', "y": -' .. n .. "}}"
  end
  return "[" .. table.concat(parts, ", ") .. "]"
end

local function skip(text, i)
  while byte(text, i) <= 32 do i = i + 1 end
  return i
end

local function read_string(text, at)
  local i = at + 1
  while byte(text, i) ~= 34 do i = i + 1 end
  return sub(text, at + 1, i - 1), i + 1
end

local function read_number(text, i)
  local negative = byte(text, i) == 45
  if negative then i = i + 1 end
  local n = 0
  local c = byte(text, i)
  while c >= 48 and c <= 57 do
    n = n * 10 + c - 48
    i = i + 1
    c = byte(text, i)
  end
  return { kind = "number", value = negative and -n or n }, i
end

local read

local function read_items(text, at)
  local values = {}
  local i = skip(text, at + 1)
  while byte(text, i) ~= 93 do
    values[#values + 1], i = read(text, i)
    i = skip(text, i)
    if byte(text, i) == 44 then i = skip(text, i + 1) end
  end
  return { kind = "items", values = values }, i + 1
end

local function read_fields(text, at)
  local values = {}
  local i = skip(text, at + 1)
  while byte(text, i) ~= 125 do
    local key, colon = read_string(text, i)
    values[key], i = read(text, skip(text, skip(text, colon) + 1))
    i = skip(text, i)
    if byte(text, i) == 44 then i = skip(text, i + 1) end
  end
  return { kind = "fields", values = values }, i + 1
end

function read(text, at)
  local c = byte(text, at)
  if c == 34 then
    local s, after = read_string(text, at)
    return { kind = "text", value = s }, after
  elseif c == 91 then return read_items(text, at)
  elseif c == 123 then return read_fields(text, at)
  elseif c == 116 then return { kind = "truth", value = true }, at + 4
  elseif c == 102 then return { kind = "truth", value = false }, at + 5
  elseif c == 110 then return NOTHING, at + 4
  end
  return read_number(text, at)
end

local function weight(value)
  local kind = value.kind
  if kind == "nothing" then return 1 end
  if kind == "truth" then return value.value and 2 or 3 end
  if kind == "number" then return value.value end
  if kind == "text" then return #value.value end
  if kind == "items" then
    local n = 5
    for _, v in ipairs(value.values) do n = n + weight(v) end
    return n
  end
  local n = 7
  for key, v in pairs(value.values) do n = n + #key + weight(v) end
  return n
end

local text = document(2000)
local total = 0
for _ = 1, 10 do total = total + weight((read(text, 1))) end
print(#text .. " " .. total)
