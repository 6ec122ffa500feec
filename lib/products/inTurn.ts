const turns = new Map<string, Promise<unknown>>()

/** Work on the same thing (a file, a process) one after the other, in the order of the calls. What fails stops nobody behind it. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(key) ?? Promise.resolve()).catch(() => {}).then(work)
  turns.set(key, turn)
  try {
    return await turn
  } finally {
    if (turns.get(key) === turn) turns.delete(key)
  }
}
