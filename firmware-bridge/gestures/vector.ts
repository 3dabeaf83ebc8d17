// The few vector operations that reading an accelerometer needs.

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export const add = (a: Vector, b: Vector): Vector => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z });

export const scale = (a: Vector, factor: number): Vector => ({ x: a.x * factor, y: a.y * factor, z: a.z * factor });

export const subtract = (a: Vector, b: Vector): Vector => add(a, scale(b, -1));

export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z;

export const length = (a: Vector): number => Math.sqrt(dot(a, a));

/** The same direction, and not longer than `maxLength`. */
export const limit = (a: Vector, maxLength: number): Vector => {
  const actual = length(a);
  return actual > maxLength ? scale(a, maxLength / actual) : a;
};

/** 0–180; 0 where a vector has no direction. */
export const degreesBetween = (a: Vector, b: Vector): number => {
  const lengths = length(a) * length(b);
  if (lengths === 0) return 0;
  const cosine = Math.max(-1, Math.min(1, dot(a, b) / lengths));
  return (Math.acos(cosine) * 180) / Math.PI;
};
