package org.eclipse.jetty.ee99.servlet;

import jakarta.servlet.ServletContext;

/** A context of a Jetty that lacks the classes that the gateway looks up; its package is how a Jetty is recognised. */
public abstract class UnknownContext implements ServletContext {}
