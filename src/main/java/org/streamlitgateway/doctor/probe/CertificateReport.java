package org.streamlitgateway.doctor.probe;

import java.util.List;

/**
 * What is known of a server's certificate.
 *
 * @param problems all reasons for which a browser does not accept it; empty if it does
 * @param summary last day of validity, and issuer
 * @param expiresSoon whether it expires within two weeks, and within the last third of its life
 */
public record CertificateReport(List<String> problems, String summary, boolean expiresSoon) {}
