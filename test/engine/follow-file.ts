import { open } from 'node:fs/promises'

/** Calls `onLine` for every whole line that is appended to a file from now on. */
export function followFile(path: string, onLine: (line: string) => void): { stop(): void } {
  let stopped = false
  const run = async (): Promise<void> => {
    const file = await open(path, 'r')
    let position = (await file.stat()).size
    let rest = ''
    const buffer = Buffer.alloc(1 << 20)
    while (!stopped) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      position += bytesRead
      const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
    await file.close()
  }
  void run()
  return {
    stop() {
      stopped = true
    },
  }
}
