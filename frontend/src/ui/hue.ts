/** A hue that belongs to a name: the same on every run and computer (FNV-1a). */
export function hue(name: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h ^= h >>> 13
  // Steps of 15 keep two tiles beside each other from being almost alike.
  return ((h >>> 8) % 24) * 15
}
