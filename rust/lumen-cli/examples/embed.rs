//! A Rust program that runs a Lumen document and gives it functions.

use lumen_base::OsSystem;
use lumen_compiler::compilation::{CompileInput, Goal, Part};
use lumen_compiler::{markdown::Form, pipeline};
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, HostFunctions, HostValue, Machine, RunOptions, link_with};

const DOCUMENT: &str = r#"
# The bill

```lumen
record Article
  name: String
  price: Float where price > 0.0
  tax: Float = 0.2
end

extern cell article(id: Int) -> Article / {}
extern cell ids(order: String) -> result[list[Int], String] / {input}

cell main() -> result[Float, String]
  let numbers = ids("tea, bread")?
  let articles = numbers.map(article)
  ok(articles.map(fn(a) => a.price * (1.0 + a.tax)).sum())
end
```
"#;

/// Compiles the document, runs it with these functions, and gives what its `main` returned.
pub(crate) fn bill(functions: &HostFunctions) -> Result<Option<HostValue>, String> {
    let compiled = pipeline::compile(CompileInput {
        allowed: &[],
        name: "bill.lm.md",
        path: None,
        source: DOCUMENT.into(),
        form: Form::Markdown,
        part: Part::Program,
        goal: Goal::Run,
        system: &OsSystem,
        evaluator: None,
    });
    let Some(module) = compiled.module else {
        let messages = compiled.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message));
        return Err(messages.collect::<Vec<_>>().join("\n"));
    };
    let program = link_with(module, Engine::Threaded, functions).map_err(|e| e.to_string())?;
    let machine = Machine::new(program, &RunOptions::default(), Box::new(MemoryHost::default()));
    let (outcome, value) = machine.map_err(|e| e.to_string())?.run_for_value();
    match outcome.failure {
        Some(failure) => Err(format!("{}: {}", failure.error.code, failure.error.message)),
        None => Ok(value),
    }
}

/// The functions that the document calls.
pub(crate) fn functions() -> HostFunctions {
    let mut functions = HostFunctions::new();
    functions.add("ids", |order: String| {
        let id = |word: &str| match word.trim() {
            "tea" => Ok(1),
            "bread" => Ok(2),
            other => Err(format!("nothing is called {other}")),
        };
        Ok(order.split(',').map(id).collect::<Result<Vec<i64>, String>>())
    });
    functions.add("article", |id: i64| {
        let field = |name: &str, value| (name.to_owned(), value);
        let name = field("name", HostValue::Str(format!("article {id}")));
        let price = field("price", HostValue::Float(10.0 * id as f64));
        Ok(HostValue::Record("Article".to_owned(), vec![name, price]))
    });
    functions
}

fn main() -> Result<(), String> {
    let value = bill(&functions())?;
    assert!(
        value.is_some_and(|value| matches!(value, HostValue::Variant(name, _) if name == "ok"))
    );
    Ok(())
}
