function user(i) {
  return {
    id: i, name: `user "${i}" of ä\n`, tags: ["red", `green ${i % 7}`, "blue"], score: (i % 100) + 0.25,
    active: i % 3 === 0,
    address: { city: "Springfield", street: `${i} Main Street`, zip: `${10000 + i}` }, parent: null,
  };
}

const users = Array.from({ length: 5000 }, (_, i) => user(i));
let total = 0;
for (let round = 0; round < 10; round++) {
  const text = JSON.stringify(users);
  total += text.length + round;
}
console.log(`${total} ${JSON.stringify(users, null, 2).length}`);
