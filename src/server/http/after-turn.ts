/**
 * Returns a function that hands on what it is given once the current turn of the event loop is over. Most requests and
 * answers pass between the gateway and the operating system within one turn, and need no timer and no listener after it.
 *
 * Nothing that lives on refers to the items meanwhile. A `Set` that each request enters and leaves would: V8 keeps the
 * tables that it has outgrown, and all that was in them, until the next full garbage collection.
 */
export function afterTurn<T>(handle: (item: T) => void): (item: T) => void {
  let items: T[] = [];
  const flush = () => {
    const due = items;
    items = [];
    for (const item of due) handle(item);
  };
  return (item) => {
    if (items.length === 0) setImmediate(flush);
    items.push(item);
  };
}
