// A battery's level as a drawing and in words.

/** A band that buzzes now and then lasts about an hour more: time to show it. */
const lowPercent = 20;
const chargeUnits = 15;

export const Battery = ({ percent, isCharging }: { percent: number; isCharging: boolean }) => (
  <span class={percent <= lowPercent && !isCharging ? "battery battery-low" : "battery"}>
    <svg viewBox="0 0 22 11" aria-hidden="true">
      <rect class="battery-case" x="0.5" y="0.5" width="18" height="10" rx="2" />
      <rect
        class="battery-charge"
        x="2"
        y="2"
        width={(chargeUnits * Math.max(0, Math.min(100, percent))) / 100}
        height="7"
      />
      <path class="battery-pole" d="M20 3.5v4" />
    </svg>
    <span class="for-readers">battery </span>
    {percent} %{isCharging && ", charging"}
  </span>
);
