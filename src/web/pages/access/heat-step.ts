/** From 0 for what is far from full to 4 for what is full. */
export function heatStep(percent: number): number {
  if (percent >= 100) return 4
  if (percent >= 90) return 3
  if (percent >= 75) return 2
  return percent >= 50 ? 1 : 0
}
