: Node of the MRG axon for NEURON, used only to measure and to check against (planner bench axons).
: Constants as "kinetics_run_here" of ../mrg.json, which names the sources.

NEURON {
    SUFFIX mrgnode
    NONSPECIFIC_CURRENT inaf, inap, iks, ileak
    RANGE gnaf, gnap, gks, gleak, ena, ek, eleak, offset
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    gnaf = 3.0 (mho/cm2)
    gnap = 0.01 (mho/cm2)
    gks = 0.08 (mho/cm2)
    gleak = 0.007 (mho/cm2)
    ena = 50 (mV)
    ek = -90 (mV)
    eleak = -90 (mV)
    offset = 21.4 (mV)
    celsius (degC)
    v (mV)
}

STATE { m h p s }

ASSIGNED {
    inaf (mA/cm2)
    inap (mA/cm2)
    iks (mA/cm2)
    ileak (mA/cm2)
    m_inf h_inf p_inf s_inf
    tau_m (ms)
    tau_h (ms)
    tau_p (ms)
    tau_s (ms)
    q1 q2 q3
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    inaf = gnaf * m * m * m * h * (v - ena)
    inap = gnap * p * p * p * (v - ena)
    iks = gks * s * (v - ek)
    ileak = gleak * (v - eleak)
}

DERIVATIVE states {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
    p' = (p_inf - p) / tau_p
    s' = (s_inf - s) / tau_s
}

INITIAL {
    q1 = 2.2 ^ ((celsius - 20) / 10)
    q2 = 2.9 ^ ((celsius - 20) / 10)
    q3 = 3.0 ^ ((celsius - 36) / 10)
    rates(v)
    m = m_inf
    h = h_inf
    p = p_inf
    s = s_inf
}

FUNCTION straight(x (mV), slope (mV)) (mV) {
    if (fabs(x / slope) < 1e-6) {
        straight = slope + x / 2
    } else {
        straight = x / (1 - exp(-x / slope))
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = q1 * 1.86 * straight(v + offset, 10.3)
    b = q1 * 0.086 * straight(-(v + 25.7), 9.16)
    tau_m = 1 / (a + b)
    m_inf = a / (a + b)
    a = q2 * 0.062 * straight(-(v + 114), 11)
    b = q2 * 2.3 / (1 + exp(-(v + 31.8) / 13.4))
    tau_h = 1 / (a + b)
    h_inf = a / (a + b)
    a = q1 * 0.01 * straight(v + 27, 10.2)
    b = q1 * 0.00025 * straight(-(v + 34), 10)
    tau_p = 1 / (a + b)
    p_inf = a / (a + b)
    a = q3 * 0.3 / (1 + exp(-(v + 53) / 5))
    b = q3 * 0.03 / (1 + exp(-(v + 90) / 1))
    tau_s = 1 / (a + b)
    s_inf = a / (a + b)
}
