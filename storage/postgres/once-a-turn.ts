import type { Statement } from './connections.js'

/**
 * Makes what reads once for all who ask for the same in one turn of the event loop: the same statement with the same
 * parameters, tenant and owner among them. It is sent at the end of the turn, after everything that was acknowledged
 * before anybody asked, and what comes of it, or its error, is everybody's: nobody may change it.
 */
export function onceATurn<T> (read: (statement: Statement) => Promise<T>): (statement: Statement) => Promise<T> {
  let turn: { readonly asked: Map<string, Promise<T>>, readonly end: Promise<void> } | undefined
  const beginTurn = (): NonNullable<typeof turn> => ({
    asked: new Map(),
    end: new Promise((resolve) => {
      setImmediate(() => {
        // whoever asks from here on may know of more than the statement sees
        turn = undefined
        resolve()
      })
    })
  })
  return async (statement) => {
    const { asked, end } = turn ??= beginTurn()
    // no JSON array is the beginning of another one, so that no two statements have one name
    const name = `${JSON.stringify(statement.parameters)}${statement.sql}`
    const answer = asked.get(name) ?? end.then(async () => await read(statement))
    asked.set(name, answer)
    return await answer
  }
}
