/** One entry of an archive that a test writes. */
export interface TarEntry {
  readonly name: string
  readonly text?: string | Uint8Array
  /** `0` for a file, `1` for a hard link, `2` for a symbolic link. */
  readonly type?: '0' | '1' | '2'
  readonly link?: string
  /** The size that the header says, where it is not that of the text. */
  readonly size?: number
}

/** An archive with these entries, whatever they say. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.text ?? '')
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
    return [headerOf(entry, entry.size ?? content.length), content, padding]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** The header of an entry, for archives that are written as a stream. */
export function headerOf({ name, type = '0', link = '' }: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
