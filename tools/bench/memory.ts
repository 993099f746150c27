import { readFile } from 'node:fs/promises'

/** What a process holds in memory now, or held at the most (`/proc/PID/status`). */
export async function memoryMiB(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  const line = text.split('\n').find((one) => one.startsWith(`${field}:`)) ?? ''
  return Math.round(Number(line.replaceAll(/\D/g, '')) / 1024)
}
