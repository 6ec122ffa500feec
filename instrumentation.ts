/** Next calls this once when the server starts, not at build. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { start } = await import('./lib/server/start.ts')
  await start()
}
