/** The least-squares line through some points: its slope, and R², the part of the variance that it explains. */
export function straightLine(points: readonly (readonly [x: number, y: number])[]): { slope: number; rSquared: number } {
  const mean = (of: (point: readonly [number, number]) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)]
  const sum = (of: (dx: number, dy: number) => number) => points.reduce((all, [x, y]) => all + of(x - meanX, y - meanY), 0)
  const [xx, xy, yy] = [sum((dx) => dx * dx), sum((dx, dy) => dx * dy), sum((_, dy) => dy * dy)]
  return { slope: xy / xx, rSquared: yy === 0 ? 1 : xy ** 2 / (xx * yy) }
}
