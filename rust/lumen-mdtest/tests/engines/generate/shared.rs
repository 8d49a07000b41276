//! Lists filled with one number, records that are changed while a list holds them too, and variants that are taken apart
//! while others hold them: what native code does in many rounds at once, copies and gives back by itself.

use super::{Generator, Ty};

impl Generator {
    pub(super) fn shared(&mut self) {
        match self.below(3) {
            0 => self.fills(),
            1 => self.balls(),
            _ => self.piles(),
        }
    }

    /// A list of one number again and again, around the sizes at which it grows, and with little fuel left now and then.
    fn fills(&mut self) {
        let [xs, i] = ["xs", "i"].map(|name| self.name(name));
        let most = [0, 1, 7, 8, 9, 40, 700, 50_000][self.below(8) as usize];
        let value = match self.below(4) {
            0 => self.expr(Ty::Int, 1),
            1 => self.expr(Ty::Float, 1),
            2 => self.expr(Ty::Bool, 1),
            _ => i.clone(),
        };
        let value_name = self.name("x");
        let value = if value == i {
            value
        } else {
            self.line(&format!("let {value_name} = {value}"));
            value_name
        };
        let from = [0, 0, 1, 5][self.below(4) as usize];
        let end = if self.one_in(2) { most.to_string() } else { self.named(&most.to_string()) };
        self.line(&format!("let mut {xs} = [{value} for {i} in {from}..{end}]"));
        if self.one_in(3) {
            let more = 2 + self.below(30);
            self.line(&format!("for {i} in 0..{more}"));
            self.line(&format!("  {xs} = {xs}.append({xs}[{xs}.length() - 1])"));
            self.line("end");
        }
        self.line(&format!("print({xs}.length(), {xs}[..min(3, {xs}.length())], {xs}[-1])"));
    }

    /// A local that holds a number.
    fn named(&mut self, number: &str) -> String {
        let name = self.name("n");
        self.line(&format!("let {name} = {number}"));
        name
    }

    fn balls(&mut self) {
        let [balls, kept, round, i, ball] =
            ["balls", "kept", "round", "i", "ball"].map(|name| self.name(name));
        let (count, rounds) = (1 + self.below(4), [3, 12, 40][self.below(3) as usize]);
        self.line(&format!(
            "let mut {balls} = [Ball({i}, {i} * 7 % 5, {i} - 1, 3) for {i} in 0..{count}]"
        ));
        self.line(&format!("let mut {kept} = {balls}"));
        self.line(&format!("for {round} in 0..{rounds}"));
        self.line(&format!("  for {i} in 0..{count}"));
        self.indent += 2;
        self.line(&format!("let mut {ball} = moved({balls}[{i}])"));
        for _ in 0..1 + self.below(3) {
            let text = match self.below(6) {
                0 => format!("{ball}.dx = {ball}.dx * 3 - {round}"),
                1 => format!("{balls}[{i}] = {ball}"),
                2 => format!("{balls}[{i}].y += {ball}.x"),
                3 => format!("{kept} = {balls}"),
                4 => format!("{ball}.y = {balls}[{round} % {count}].x % 11"),
                _ => format!("{kept} = {kept}.append({ball})"),
            };
            self.line(&text);
        }
        self.line(&format!("{balls}[{i}] = {ball}"));
        self.indent -= 2;
        self.line("  end");
        self.line("end");
        self.line(&format!("print({balls}, {kept}.length(), {kept}[0])"));
    }

    fn piles(&mut self) {
        let [piles, kept, round] = ["piles", "kept", "round"].map(|name| self.name(name));
        let rounds = [2, 9, 60][self.below(3) as usize];
        let (from, to) = (self.below(3), self.below(3));
        let height = self.below(3);
        self.line(&format!("let mut {piles} = [pile(9), pile({height}), Empty]"));
        self.line(&format!("let mut {kept} = {piles}"));
        self.line(&format!("for {round} in 0..{rounds}"));
        self.line(&format!("  {piles} = put({piles}, ({round} + {from}) % 3, {round} * {to} % 3)"));
        if self.one_in(2) {
            self.line(&format!("  if {round} % 4 == {from}"));
            self.line(&format!("    {kept} = {piles}"));
            self.line("  end");
        }
        self.line("end");
        self.line(&format!("print({piles}, {kept})"));
    }
}
