/** `next` where it is a path of ours, else the overview: the address of another site would make the sign-in a springboard. */
export function ownPath(next: unknown): string {
  return typeof next === 'string' && next.length <= 1_000 && /^\/(?![/\\])\P{Cc}*$/u.test(next) ? next : '/'
}
