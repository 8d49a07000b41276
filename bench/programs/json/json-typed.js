function message(n) {
  const out = [];
  for (let i = 0; i < n; i++) {
    out.push(
      `{"id":${i},"name":"user \\"${i}\\" of ä\\n","tags":["red","green ${i % 7}","blue"],"score":${i % 100}.25,` +
        `"active":${i % 3 === 0},"address":{"city":"Springfield","street":"${i} Main Street","zip":"${10000 + i}"},` +
        `"parent":null}`,
    );
  }
  return `[${out.join(",")}]`;
}

const text = message(5000);
let total = 0;
for (let round = 0; round < 10; round++) {
  for (const user of JSON.parse(text)) {
    total += user.id + user.name.length + user.tags.length;
    if (user.active) total += Math.round(user.score * 4);
    total += user.address.zip.length + round;
  }
}
console.log(`${text.length} ${total}`);
